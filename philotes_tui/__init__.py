"""philotes-tui: see, preview and deploy Philotes chart versions from a terminal."""
