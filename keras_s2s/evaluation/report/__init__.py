"""Evaluations as one HTML file that needs nothing else."""

from keras_s2s.evaluation.report.comparison_page import write_comparison_report
from keras_s2s.evaluation.report.page import write_report

__all__ = ["write_comparison_report", "write_report"]
