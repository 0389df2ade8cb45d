"""Demonstration data: synthetic, deterministic, at the published totals. Every name in it is marked 示例 (example)."""
