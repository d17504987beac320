'''The plumbing of the REST API. A resource is a serializer and a viewset of its app, in `<app>/api/<noun>.py`:

    class RiskSerializer(RowSerializer):
        unit = Linked("unit")
        it_owner = Linked("user", required=False, allow_null=True)

        class Meta:
            model = Risk
            fields = ["id", "number", "title", "unit", "it_owner", "state", "source", "external_id", "logged_at", "version"]
            read_only_fields = ["number", "state", "logged_at", "version"]

    class RiskViewSet(WriteSet):  # ReadSet: only GET; RegisterSet: GET and POST
        """What could happen."""

        kind = "risk"
        serializer_class = RiskSerializer
        permission, write_permission = "risks.view_risk", "risks.change_risk"
        filterset_class = RiskFilters  # a django_filters FilterSet; LinkedFilter("asset") for other subjects
        ordering_fields = ["number", "logged_at"]
        search_config = "english"
        select_related = ["unit"]

        def perform_register(self, validated, actor):
            return register.log(actor=actor, **validated)

        def perform_change(self, instance, validated, actor, version):
            return register.change(instance, actor=actor, version=version, **validated)

        @state_change("risks.close_risk", request=ClosingSerializer)
        def closing(self, instance, validated, actor):
            return register.close(instance, actor=actor, **validated)

    resources.register("risks", RiskViewSet)

and the app's `api/__init__.py` imports the module. Pages, problems, ETag and If-Match, Idempotency-Key, dry runs, bulk, external
ids, updated_since, fields, scopes, limits and the schema come with the classes.
'''
