"""How fast the product is, next to what it stands on: `script/bench`."""
