"""What the map tells: one module a method."""
