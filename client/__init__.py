"""The district command line: sending folders of scans and searching, over HTTP only."""
