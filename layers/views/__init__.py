"""The pages of layers: parse, call, render."""
