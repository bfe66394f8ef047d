"""Console and portals: server-rendered pages over the same services as the interface."""
