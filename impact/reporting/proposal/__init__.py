"""What `impact init` writes, in the language of its reader."""
