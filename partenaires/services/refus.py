from socle.refus import Refus

__all__ = ["Refus"]
