"""What only the pages of a scan batch together show: a sheet scanned twice, a missing side."""
