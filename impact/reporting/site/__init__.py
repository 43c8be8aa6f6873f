"""The site of a reports folder: an index over its runs, two of them compared, and the specifications of one explored."""
