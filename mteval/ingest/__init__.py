"""From messy bilingual pages to aligned documents."""
