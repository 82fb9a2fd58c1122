from .error_report import SECTIONS as SECTIONS
from .error_report import write_report as write_report
from .run_page import write_run_page as write_run_page
from .sentences import findings as findings
