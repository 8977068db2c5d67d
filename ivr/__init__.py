"""The hotline: understands, decides, does what was asked, hands off, keeps records."""
