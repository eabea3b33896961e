"""Doors to the model: how its words and tables appear on a screen. No science behind them."""
