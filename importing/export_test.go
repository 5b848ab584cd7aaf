package importing

// InBatchesOf has files read in batches of this many rows.
func (im *Importer) InBatchesOf(rows int) { im.batchRows = rows }
