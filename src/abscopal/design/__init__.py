"""Sample sizes and designs, always with their exact operating characteristics."""
