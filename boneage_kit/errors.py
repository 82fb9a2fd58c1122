"""The one error a user of the kit meets: what is wrong, and what to do."""

from __future__ import annotations


class BadInput(ValueError):
    """Input the kit refuses: one sentence on what is wrong, one on what to do.

    The command line prints it on one line and exits with 2.

    >>> print(BadInput("The age is 132.", "Give it in years; 132 months are 11.0 years."))
    The age is 132. Give it in years; 132 months are 11.0 years.
    >>> import pickle
    >>> pickle.loads(pickle.dumps(BadInput("The age is 132.", "Give it in years."))).remedy
    'Give it in years.'
    """

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem} {remedy}")

    def __reduce__(self) -> tuple:
        """Pickle both sentences, so that an error of a worker process arrives whole."""
        return type(self), (self.problem, self.remedy)
