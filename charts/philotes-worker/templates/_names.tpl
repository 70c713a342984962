{{/*
Name of the objects: the release's name and this chart's, cut to what a DNS label may hold.
Two charts of one umbrella never share a name, whatever the release is called: the release's
name alone is used only when it is exactly this chart's.
*/}}
{{- define "philotes-worker.fullname" -}}
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
{{- define "philotes-worker.selectorLabels" -}}
app.kubernetes.io/name: philotes-worker
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* Labels of every object. */}}
{{- define "philotes-worker.labels" -}}
{{ include "philotes-worker.selectorLabels" . }}
app.kubernetes.io/component: worker
app.kubernetes.io/part-of: philotes
app.kubernetes.io/version: {{ include "philotes-worker.labelValue" .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ include "philotes-worker.labelValue" (printf "philotes-worker-%s" .Chart.Version) }}
{{- end -}}

{{/* A version as a label may hold it: at most 63 characters, the last a letter or a digit. */}}
{{- define "philotes-worker.labelValue" -}}
{{- regexReplaceAll "[^A-Za-z0-9]+$" (. | replace "+" "_" | trunc 63) "" -}}
{{- end -}}

{{- define "philotes-worker.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "philotes-worker.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/*
Image reference. The tag is the chart's appVersion unless one is set; a "+" cannot stand in
a tag and becomes "_", as it does when the chart itself is pushed. A digest wins over both.
*/}}
{{- define "philotes-worker.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag | replace "+" "_") -}}
{{- end -}}
{{- end -}}

{{/* Fewest replicas that can be running by intent: what a disruption budget must reckon with. */}}
{{- define "philotes-worker.minReplicas" -}}
{{- if .Values.autoscaling.enabled -}}
{{- .Values.autoscaling.minReplicas -}}
{{- else if .Values.scaledObject.enabled -}}
{{- .Values.scaledObject.minReplicas -}}
{{- else -}}
{{- .Values.replicaCount -}}
{{- end -}}
{{- end -}}

{{/* Settings of the Philotes database, as JSON: what is set globally wins. */}}
{{- define "philotes-worker.database" -}}
{{- $global := dig "database" (dict) (default (dict) .Values.global) -}}
{{- mergeOverwrite (deepCopy .Values.database) (deepCopy (default (dict) $global)) | toJson -}}
{{- end -}}

{{- define "philotes-worker.environment" -}}
{{- dig "environment" "" (default (dict) .Values.global) | default .Values.environment -}}
{{- end -}}

{{/* Settings of the object storage, as JSON: what is set globally wins. */}}
{{- define "philotes-worker.storage" -}}
{{- $global := dig "storage" (dict) (default (dict) .Values.global) -}}
{{- mergeOverwrite (deepCopy .Values.storage) (deepCopy (default (dict) $global)) | toJson -}}
{{- end -}}

{{/*
Where the worker looks for the catalog. If it is not told, at the catalog that the umbrella chart
puts beside it under its default name and port; that name is made as in the catalog's chart.
*/}}
{{- define "philotes-worker.catalogUrl" -}}
{{- if .Values.iceberg.catalogUrl -}}
{{- tpl .Values.iceberg.catalogUrl . -}}
{{- else if eq .Release.Name "lakekeeper" -}}
http://lakekeeper:8181/catalog
{{- else -}}
{{- printf "http://%s:8181/catalog" (printf "%s-lakekeeper" .Release.Name | trunc 63 | trimSuffix "-") -}}
{{- end -}}
{{- end -}}
