{{/* What whoever installs this should be told, a paragraph each; nothing if all is well. */}}
{{- define "philotes-worker.warnings" -}}
{{- $most := .Values.replicaCount | int -}}
{{- if .Values.autoscaling.enabled -}}
{{- $most = .Values.autoscaling.maxReplicas | int -}}
{{- else if .Values.scaledObject.enabled -}}
{{- $most = .Values.scaledObject.maxReplicas | int -}}
{{- end -}}
{{- if gt $most 1 -}}
Warning: more than one worker may run, but the replication slot {{ .Values.cdc.replicationSlot }} has one reader
at a time: the others wait or fail. For more throughput make more releases, each with a slot and
tables of its own.
{{- end -}}
{{- end -}}
