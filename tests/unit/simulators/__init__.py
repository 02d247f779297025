"""What the foreign devices say, and what they keep until they are told that it is durable."""
