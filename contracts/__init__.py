"""What the parts of Tangthu may rely on in one another: events, subjects and shared document shapes."""
