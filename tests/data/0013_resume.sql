UPDATE activity SET resumed_at = 1345000000000000 WHERE id = 1;
