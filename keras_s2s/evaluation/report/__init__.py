"""One evaluation as one HTML file that needs nothing else."""

from keras_s2s.evaluation.report.page import write_report

__all__ = ["write_report"]
