"""What the portal promises, as tests; one folder a package."""
