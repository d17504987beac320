"""Entrances of compliance, below /governance/."""

from django.urls import path

from governance.compliance.views import audits, frameworks, mappings, profiles, shortfalls, statements

app_name = "compliance"
urlpatterns = [
    path("frameworks/", frameworks.listed, name="frameworks"),
    path("frameworks/import/", frameworks.intake, name="framework-import"),
    path("frameworks/<int:pk>/", frameworks.framework, name="framework"),
    path("frameworks/<int:pk>/changes/", frameworks.changed, name="framework-changes"),
    path("frameworks/<int:pk>/csv/", frameworks.sheet, name="framework-csv"),
    path("frameworks/<int:pk>/oscal/", frameworks.component_definition, name="framework-oscal"),
    path("profiles/<int:pk>/oscal/", profiles.assessment_results, name="profile-oscal"),
    path("requirements/<int:pk>/", frameworks.requirement, name="requirement"),
    path("requirements/<int:pk>/controls/", mappings.mapping, name="mapping"),
    path("requirements/<int:pk>/suggestions/<int:control_pk>/confirmation/", mappings.confirmation, name="suggestion-confirmation"),
    path("requirements/<int:pk>/suggestions/<int:control_pk>/refusal/", mappings.refusal, name="suggestion-refusal"),
    path("mappings/<int:pk>/removal/", mappings.removal, name="mapping-removal"),
    path("profiles/", profiles.listed, name="profiles"),
    path("profiles/<int:pk>/", profiles.profile, name="profile"),
    path("profiles/<int:pk>/tiers/", profiles.tiers, name="profile-tiers"),
    path("profiles/<int:pk>/csv/", profiles.sheet, name="profile-csv"),
    path("profiles/<int:pk>/import/", profiles.sheet_intake, name="profile-import"),
    path("practices/<int:pk>/", profiles.practice, name="practice"),
    path("practices/<int:pk>/aim/", profiles.aim, name="practice-aim"),
    path("practices/<int:pk>/rating/", profiles.rating, name="practice-rating"),
    path("practices/<int:pk>/treatment/", shortfalls.treatment, name="practice-treatment"),
    path("practices/<int:pk>/initiative/", shortfalls.initiative, name="practice-initiative"),
    path("statements/", statements.listed, name="statements"),
    path("statements/<int:pk>/", statements.statement, name="statement"),
    path("statements/<int:pk>/scope/", statements.scope, name="statement-scope"),
    path("statements/<int:pk>/asking/", statements.asking, name="statement-asking"),
    path("statements/<int:pk>/xlsx/", statements.workbook, name="statement-xlsx"),
    path("statement-lines/<int:pk>/", statements.line, name="statement-line"),
    path("internal-audits/", audits.listed, name="internal-audits"),
    path("internal-audits/<int:pk>/", audits.audit, name="internal-audit"),
    path("internal-audits/<int:pk>/findings/", audits.finding_writing, name="internal-audit-findings"),
    path("internal-audits/<int:pk>/conclusion/", audits.conclusion, name="internal-audit-conclusion"),
    path("audit-findings/<int:pk>/", audits.finding, name="audit-finding"),
    path("audit-findings/<int:pk>/action/", audits.action, name="audit-finding-action"),
    path("audit-findings/<int:pk>/completion/", audits.completion, name="audit-finding-completion"),
    path("audit-findings/<int:pk>/verification/", audits.verification, name="audit-finding-verification"),
    path("management-reviews/", audits.review_opening, name="management-reviews"),
    path("management-reviews/<int:pk>/", audits.review, name="management-review"),
    path("management-reviews/<int:pk>/asking/", audits.review_asking, name="management-review-asking"),
    path("crosswalks/", mappings.walks, name="crosswalks"),
]
