"""Groups that the directory keeps here, to be read; they are written by SCIM alone."""

from rest_framework import serializers

from portal.sign_on.models import DirectoryGroup
from portal.sign_on.models.identity_provider import MAY
from portal.web.api.fields import RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources


class DirectoryGroupSerializer(RowSerializer):
    members = serializers.SerializerMethodField(help_text="Ids of the users in it.")

    class Meta:
        model = DirectoryGroup
        fields = ["id", "name", "external_id", "members", "created_at", "changed_at"]
        read_only_fields = fields

    def get_members(self, group: DirectoryGroup) -> list[int]:
        return sorted(one.user_id for one in group.members.all() if one.user_id)


class DirectoryGroupViewSet(ReadSet):
    """Groups of the organisation's directory; a rule may let their members act in a role."""

    kind = "directory-group"
    serializer_class = DirectoryGroupSerializer
    permission = MAY
    ordering_fields = ("created_at",)
    prefetch_related = ("members",)


resources.register("directory-groups", DirectoryGroupViewSet)
