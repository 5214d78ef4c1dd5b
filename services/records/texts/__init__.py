"""Words of read pages and of addresses: found without tone marks, shown as written."""
