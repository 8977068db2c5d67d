"""What words say about how a caller feels, in four languages."""
