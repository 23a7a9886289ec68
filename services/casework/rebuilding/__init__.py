"""What a rebuild is made of: processes that read and fold (`hand`, `hands`), what they lay down in between (`buckets`),
the new tables (`shadow`), and how far it is (`progress`). `services.casework.rebuild` puts them together."""
