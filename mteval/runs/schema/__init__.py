"""What a run holds, declared once: rows, record, and the columns, JSON and checks that follow."""
