"""What people see of a run: tables, pages, plots, exports."""
