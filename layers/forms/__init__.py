"""What people type on the pages of layers, parsed; rules are in `layers.services`."""
