"""A plan, its schema and its intake plan as one workbook, and back: what stands in the files stands in the cells."""
