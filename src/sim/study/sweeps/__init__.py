"""Sweeps: experiments with many worlds as batch jobs that can be killed, resumed, moved and cited."""
