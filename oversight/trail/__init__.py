"""What happened: changes, grants, sign-ins, reads and exports in one list, for auditors."""
