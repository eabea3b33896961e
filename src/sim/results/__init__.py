"""What is stored: folders written all or nothing, their tables, and how they came about."""
