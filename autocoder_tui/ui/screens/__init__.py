"""What fills the whole screen, or stands in front of it."""
