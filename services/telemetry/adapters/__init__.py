"""Each technology in one place: its exceptions become Unavailable or Rejected here and nowhere else."""
