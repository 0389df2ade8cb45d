"""Words of analyses for templates."""
