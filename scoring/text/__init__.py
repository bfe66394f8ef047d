"""Text as rows of one space: tokens, BM25 weights, the latent space of the event's own texts."""
