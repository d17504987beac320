"""What holds in every setting: applications, policy, the timetable of beat."""

from datetime import timedelta

from celery.schedules import crontab
from csp.constants import NONE, SELF

from portal import logs
from portal.settings import environment
from portal.settings.environment import ROOT

INSTALLED_APPS = [
    "portal.people",
    "portal.record",
    "portal.attention",
    "portal.workbench",
    "portal.signing",
    "portal.archive",
    "portal.talk",
    "portal.webhooks",
    "portal.sign_on",
    "portal.web",
    "assets",
    "risks",
    "governance.compliance",
    "governance.board",
    "governance.setup",
    "governance.together",
    "governance.change",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "pghistory",
    "pgtrigger",
    "rest_framework",
    "template_partials",
]

MIDDLEWARE = [
    "portal.web.middleware.roomy",
    "portal.web.middleware.request_identity",
    # Above all that may answer by itself (static files, redirects to https, a wrong host), so that no answer goes without.
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.web.bounds.kept_apart",
    "portal.web.bounds.never_in_clear",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.people.middleware.standing_session",
    "portal.people.middleware.personal_settings",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.web.quotas.paced",
    "portal.web.bounds.within_size",
    "allauth.account.middleware.AccountMiddleware",
    "portal.web.people.middleware.factor_first",
    "portal.record.middleware.history_context",
    "portal.web.middleware.private_pages",
    "portal.web.middleware.refusals",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.web.shell.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
            ],
        },
    }
]

# People -------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # the e-mail is unique by its lower case, which that check does not see
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "portal.people.passwords.NotOfOurWords"},
]
PASSWORD_RESET_TIMEOUT = 3600  # seconds
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "portal.sign_on.arriving.Door"
ACCOUNT_FORMS = {"login": "portal.people.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/15m/key"}  # of second factors; passwords are counted by django-axes
SOCIALACCOUNT_ADAPTER = "portal.sign_on.arriving.Arrivals"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True}}
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5  # seconds: somebody waits for the page
ISSUERS_IN_CLEAR = False  # whether a provider on this machine may be spoken to by http
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Concord"
MFA_TOTP_TOLERANCE = 1  # clocks differ, and typing six digits takes a while
MFA_ADAPTER = "portal.people.factors.SealedFactors"
MFA_WEBAUTHN_USER_VERIFICATION = "preferred"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "portal.people.sign_in.account_named"
AXES_LOCKOUT_TEMPLATE = "account/locked_out.html"
AXES_CLIENT_IP_CALLABLE = "portal.people.addresses.client_address"
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True

# Sessions and cookies -----------------------------------------------------------------------------------------------
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 12 * 3600  # from the sign-in on, however busy the session is
SESSION_IDLE_SECONDS = 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
THEME_COOKIE_NAME = "theme"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # a cookie would be one more to guard
CSRF_FAILURE_VIEW = "portal.web.failures.csrf"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# Language, time, static ---------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]  # those that ship complete
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
WHITENOISE_ALLOW_ALL_ORIGINS = False
STATIC_ROOT = ROOT / "var" / "static"
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # files live in Postgres: portal.record.files
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

# Doors and their limits (bytes, after decompression) ----------------------------------------------------------------
BROWSER_UPLOAD_LIMIT = 40 * 1024 * 1024
PUSH_UPLOAD_LIMIT = 2 * 1024 * 1024 * 1024
ATTACHMENT_LIMIT = 25 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# How many pages a person, and all who come from one address, may ask for in a minute; thirty a second are no person's pace.
PAGES_A_MINUTE_BY_PERSON = environment.count("PAGES_A_MINUTE_BY_PERSON", 1800)
PAGES_A_MINUTE_BY_ADDRESS = environment.count("PAGES_A_MINUTE_BY_ADDRESS", 18_000)

# History -------------------------------------------------------------------------------------------------------------
PGHISTORY_APPEND_ONLY = True
PGHISTORY_CREATED_AT_FUNCTION = "portal_now()"

# API -----------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.people.tokens.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["portal.people.access.SignedIn"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.web.api.media.StrictJson"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "portal.web.api.media.OnlyJson",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "portal.web.api.schema.ResourceSchema",
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "portal.web.problems.handler",
    "DEFAULT_PAGINATION_CLASS": "portal.web.api.paging.CursorPages",
    "DEFAULT_THROTTLE_CLASSES": ["portal.web.api.throttles.PerToken"],
    "DEFAULT_THROTTLE_RATES": {"token": "600/min"},
    "DEFAULT_VERSIONING_CLASS": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
# Where resources register themselves with portal.web.api.router; a module that is not there yet is passed over.
API_MODULES = [
    "portal.web.api.resources",
    "portal.attention.api",
    "portal.workbench.api",
    "portal.signing.api",
    "portal.webhooks.api",
    "portal.sign_on.api",
    "portal.archive.api",
    "portal.talk.api",
    "assets.api",
    "risks.api",
    "governance.compliance.api",
    "risks.response.api",
    "governance.board.api",
    "governance.together.api",
    "governance.change.api",
]
SPECTACULAR_SETTINGS = {
    "TITLE": "Concord",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "portal.web.api.described.whole_or_part",
    ],
    "GET_LIB_DOC_EXCLUDES": "portal.web.api.described.undescribed",
}

# Work -----------------------------------------------------------------------------------------------------------------
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 1500
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
}
CELERY_TASK_PUBLISH_RETRY = False  # the rows are the truth; a lost wake-up is picked up by the sweep
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "seal": {"task": "portal.record.tasks.seal", "schedule": 1.0, "options": {"expires": 5}},
    "fold-totals": {"task": "portal.record.tasks.fold_totals", "schedule": 5.0, "options": {"expires": 15}},
    "sweep-stale-scores": {"task": "risks.tasks.recompute_stale_scores", "schedule": 15.0, "options": {"expires": 30}},
    "sweep-previews": {"task": "risks.tasks.compute_previews", "schedule": 30.0, "options": {"expires": 60}},
    "mark-what-time-changes": {"task": "risks.tasks.mark_what_time_changes", "schedule": crontab(minute="*/10")},
    "reconcile-totals": {"task": "portal.archive.tasks.reconcile_totals", "schedule": crontab(hour=3, minute=15)},
    "compare-portfolio": {"task": "risks.tasks.compare_portfolio", "schedule": crontab(hour=3, minute=10)},
    "lapse-objections": {"task": "risks.tasks.lapse_objections", "schedule": crontab(minute="*/10")},
    "expire-exceptions": {"task": "risks.tasks.expire_exceptions", "schedule": crontab(minute="*/10")},
    "ask-who-signs": {"task": "risks.tasks.ask_who_signs", "schedule": 60.0, "options": {"expires": 120}},
    "propose-achievements": {
        "task": "governance.together.tasks.propose_achievements",
        "schedule": crontab(hour=3, minute=20),
    },
    "note-faults": {"task": "governance.together.tasks.note_faults", "schedule": crontab(hour=3, minute=5)},
    "measure-alignment": {"task": "governance.together.tasks.measure_alignment", "schedule": crontab(hour=3, minute=10)},
    "draw-up-culture": {"task": "governance.together.tasks.draw_up_culture", "schedule": crontab(hour=3, minute=25)},
    "move-decisions": {"task": "governance.together.tasks.move_decisions", "schedule": crontab(minute="*/10")},
    "see-what-changes-bring": {"task": "governance.change.tasks.look", "schedule": 60.0, "options": {"expires": 120}},
    "keep-position": {"task": "governance.board.tasks.keep_position", "schedule": crontab(minute="*/10")},
    "make-pack-files": {"task": "governance.board.tasks.make_pack_files", "schedule": 10.0, "options": {"expires": 20}},
    "watch-clocks": {"task": "risks.tasks.watch_clocks", "schedule": 60.0, "options": {"expires": 120}},
    "remind": {"task": "portal.attention.tasks.remind", "schedule": crontab(minute="*/5")},
    "tell-watchers": {"task": "portal.talk.tasks.tell_watchers", "schedule": 30.0, "options": {"expires": 60}},
    "send-digests": {"task": "portal.attention.tasks.send_digests", "schedule": crontab(minute="*/5")},
    "end-overrides": {"task": "assets.tasks.end_overrides", "schedule": crontab(minute="*/10")},
    "ask-for-owners": {"task": "assets.tasks.ask_for_owners", "schedule": 60.0, "options": {"expires": 120}},
    "expire-pushes": {"task": "assets.tasks.expire_pushes", "schedule": crontab(minute="*/10")},
    "sweep-discovery": {"task": "assets.tasks.read_waiting_runs", "schedule": 30.0, "options": {"expires": 60}},
    "follow-coverage": {"task": "governance.compliance.tasks.follow", "schedule": 5.0, "options": {"expires": 10}},
    "lapse-objections-to-practices": {"task": "governance.compliance.tasks.lapse_objections", "schedule": crontab(minute="*/10")},
    "coverage-of-the-day": {"task": "governance.compliance.tasks.renew_due", "schedule": crontab(minute="*/10")},
    "deliver-webhooks": {"task": "portal.webhooks.tasks.deliver", "schedule": 5.0, "options": {"expires": 10}},
    "send-letters": {"task": "portal.people.tasks.send_letters", "schedule": 30.0, "options": {"expires": 60}},
    "sweep-imports": {"task": "portal.workbench.tasks.work_on_imports", "schedule": 30.0, "options": {"expires": 60}},
    "sweep-bulk-edits": {"task": "portal.workbench.tasks.work_on_bulk_edits", "schedule": 30.0, "options": {"expires": 60}},
    "sweep-field-renewals": {"task": "portal.workbench.tasks.renew_fields", "schedule": 30.0, "options": {"expires": 60}},
    **{
        f"pulse-{queue}": {
            "task": "portal.web.tasks.leave_pulse",
            "schedule": 10.0,
            "args": (queue,),
            "options": {"queue": queue, "expires": 10},
        }
        for queue in ("celery", "record")
    },
    "fill-seats": {"task": "portal.people.tasks.fill_seats", "schedule": crontab(minute="*/5")},
    "send-heads": {"task": "portal.archive.tasks.send_heads", "schedule": crontab(minute="*/10")},
    "dispose": {"task": "portal.archive.tasks.dispose", "schedule": crontab(hour=2, minute=30)},
}
CELERY_TASK_ROUTES = {
    "portal.record.tasks.seal": {"queue": "record"},
    "portal.record.tasks.fold_totals": {"queue": "record"},
}

WEBHOOK_NETWORKS = environment.networks("WEBHOOK_NETWORKS")  # inside, and told all the same
CLEARS_DEMO = False  # whether this host's workers have the owner's rights, by which a demo is cleared

# Watching --------------------------------------------------------------------------------------------------------------
METRICS_TOKEN, METRICS_FOLDER = environment.metrics()
LOGGING = logs.configuration()
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
