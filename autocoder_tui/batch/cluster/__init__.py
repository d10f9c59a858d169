"""Jobs done by the workers of a Dask cluster; the queue, the cap and the journal stay here."""
