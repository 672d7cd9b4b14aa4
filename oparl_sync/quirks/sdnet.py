"""What Sternberg SD.NET RIM does (Krefeld, Essen, Solingen, Bochum, kdvz-frechen, ekom21)."""
