"""Pure array kernels: arrays in, arrays out, no Django and no database."""
