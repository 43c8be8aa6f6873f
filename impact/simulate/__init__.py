"""The data-generating process of the promotion programme: nobody real is in it."""
