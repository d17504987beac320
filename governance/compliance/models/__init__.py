from governance.compliance.models.framework import Framework, Requirement

__all__ = ["Framework", "Requirement"]
