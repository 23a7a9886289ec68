"""The scenarios themselves, as JSON: settings (`kobe.json`) and the facts they stand on (`kobe-shelters.json`)."""
