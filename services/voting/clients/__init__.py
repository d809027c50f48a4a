"""The one neighbour that voting asks, and only when a ballot is announced."""
