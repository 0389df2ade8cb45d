"""Users, roles, grants and audit: who is asking and who asked."""
