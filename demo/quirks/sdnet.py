"""How Sternberg SD.NET RIM deviates from OParl."""
