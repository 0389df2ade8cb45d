"""Pages, exports and the interface of analyses."""
