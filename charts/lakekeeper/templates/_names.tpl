{{/*
Name of the objects: the release's name and this chart's, cut to what a DNS label may hold.
Two charts of one umbrella never share a name, whatever the release is called: the release's
name alone is used only when it is exactly this chart's.
*/}}
{{- define "lakekeeper.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if eq .Release.Name $name -}}
{{- $name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
Labels that select the pods. A Deployment's selector cannot be changed, so nothing here
depends on the version, on an alias or on a value.
*/}}
{{- define "lakekeeper.selectorLabels" -}}
app.kubernetes.io/name: lakekeeper
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* Labels of every object. */}}
{{- define "lakekeeper.labels" -}}
{{ include "lakekeeper.selectorLabels" . }}
app.kubernetes.io/component: catalog
app.kubernetes.io/part-of: philotes
app.kubernetes.io/version: {{ include "lakekeeper.labelValue" .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ include "lakekeeper.labelValue" (printf "lakekeeper-%s" .Chart.Version) }}
{{- end -}}

{{/* A version as a label may hold it: at most 63 characters, the last a letter or a digit. */}}
{{- define "lakekeeper.labelValue" -}}
{{- regexReplaceAll "[^A-Za-z0-9]+$" (. | replace "+" "_" | trunc 63) "" -}}
{{- end -}}

{{- define "lakekeeper.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "lakekeeper.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/*
Image reference. The catalog has versions of its own, so the tag is a value and never the
chart's appVersion, which is the release's. A digest wins over the tag.
*/}}
{{- define "lakekeeper.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (required "lakekeeper: image.tag or image.digest must be set" .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* Fewest replicas that can be running by intent: what a disruption budget must reckon with. */}}
{{- define "lakekeeper.minReplicas" -}}
{{- if .Values.autoscaling.enabled -}}
{{- .Values.autoscaling.minReplicas -}}
{{- else -}}
{{- .Values.replicaCount -}}
{{- end -}}
{{- end -}}

{{/* Settings of the catalog's database, as JSON: what is set globally wins. */}}
{{- define "lakekeeper.database" -}}
{{- $global := dig "database" (dict) (default (dict) .Values.global) -}}
{{- mergeOverwrite (deepCopy .Values.database) (deepCopy (default (dict) $global)) | toJson -}}
{{- end -}}

{{/*
Environment of both containers. Kubernetes puts the password, which it reads from the secret,
into the two addresses; unless it is given inline, it must be percent-encoded there if it holds
characters that an address reserves.
*/}}
{{- define "lakekeeper.env" -}}
{{- $database := include "lakekeeper.database" . | fromJson -}}
{{- $user := $database.user | urlquery | replace "+" "%20" -}}
{{- $name := $database.name | urlquery | replace "+" "%20" -}}
{{- $host := ternary (printf "[%s]" $database.host) $database.host (and (contains ":" $database.host) (not (hasPrefix "[" $database.host))) -}}
{{- $address := printf "postgresql://%s:$(POSTGRES_PASSWORD)@%s:%d/%s?sslmode=%s" $user $host (int $database.port) $name $database.sslMode -}}
{{ include "lakekeeper.credentialEnv" . | trim }}
{{- /*
Both spellings of each: the image splits the names of its variables at two underscores, and its
settings are pg_database_url_read and …_write in some versions, and lie below pg in others.
*/}}
{{- range list "LAKEKEEPER__PG__DATABASE_URL" "LAKEKEEPER__PG_DATABASE_URL" }}
- name: {{ . }}_READ
  value: {{ $address | quote }}
- name: {{ . }}_WRITE
  value: {{ $address | quote }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}
