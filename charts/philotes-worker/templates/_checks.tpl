{{/* Ends with a sentence if values contradict one another; renders nothing. */}}
{{- define "philotes-worker.checks" -}}
{{- include "philotes-worker.globalChecks" . -}}
{{- include "philotes-worker.volumeChecks" . -}}
{{- if and .Values.autoscaling.enabled .Values.scaledObject.enabled -}}
{{- fail "philotes-worker: autoscaling.enabled and scaledObject.enabled exclude one another, for two scalers would fight over one Deployment" -}}
{{- end -}}
{{- with .Values -}}
{{- if and .serviceMonitor.enabled (not .metrics.enabled) -}}
{{- fail "philotes-worker: serviceMonitor.enabled needs metrics.enabled, for there would be nothing to read" -}}
{{- end -}}
{{- if and .networkPolicy.enabled (not .networkPolicy.extraFrom) -}}
{{- if and .serviceMonitor.enabled (not .networkPolicy.fromMetrics) -}}
{{- fail "philotes-worker: serviceMonitor.enabled with networkPolicy.enabled needs networkPolicy.fromMetrics, the peers of Prometheus, for the policy would keep it out" -}}
{{- end -}}
{{- if and (ne .service.type "ClusterIP") (not .networkPolicy.fromMetrics) -}}
{{- fail (printf "philotes-worker: service.type %s with networkPolicy.enabled needs networkPolicy.extraFrom, or fromMetrics, the peers that call from outside the cluster, for the policy would keep them out" .service.type) -}}
{{- end -}}
{{- end -}}
{{- if and .autoscaling.enabled (gt (int .autoscaling.minReplicas) (int .autoscaling.maxReplicas)) -}}
{{- fail "philotes-worker: autoscaling.minReplicas is above autoscaling.maxReplicas" -}}
{{- end -}}
{{- if and .scaledObject.enabled (gt (int .scaledObject.minReplicas) (int .scaledObject.maxReplicas)) -}}
{{- fail "philotes-worker: scaledObject.minReplicas is above scaledObject.maxReplicas" -}}
{{- end -}}
{{- if and .metrics.enabled (eq (int .service.port) 9090) -}}
{{- fail "philotes-worker: service.port may not be 9090, which is the port of the metrics on the same service" -}}
{{- end -}}
{{- end -}}
{{- $taken := list -}}
{{- range include "philotes-worker.credentials" . | fromJsonArray -}}
{{- $taken = append $taken .variable -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if has .name $taken -}}
{{- fail (printf "philotes-worker: extraEnv names %s, which is there already" .name) -}}
{{- end -}}
{{- $taken = append $taken .name -}}
{{- end -}}
{{- end -}}

{{/*
Beside other charts there may be keys under global that are theirs; alone, one that is not known is
misspelt. (The umbrella philotes looks for these itself.)
*/}}
{{- define "philotes-worker.globalChecks" -}}
{{- if .Chart.IsRoot -}}
{{- range keys (default (dict) .Values.global) | sortAlpha -}}
{{- if not (has . (list "environment" "database" "storage")) -}}
{{- fail (printf "philotes-worker: global.%s is not known: global holds environment, database and storage" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "philotes-worker.volumeChecks" -}}
{{- $volumes := list "tmp" -}}
{{- range .Values.extraVolumes -}}
{{- if has .name $volumes -}}
{{- fail (printf "philotes-worker: extraVolumes names %s, which is there already" .name) -}}
{{- end -}}
{{- $volumes = append $volumes .name -}}
{{- end -}}
{{- $paths := list "/tmp" -}}
{{- range .Values.extraVolumeMounts -}}
{{- if not (has .name $volumes) -}}
{{- fail (printf "philotes-worker: extraVolumeMounts names %s, which is not among extraVolumes" .name) -}}
{{- end -}}
{{- if has .mountPath $paths -}}
{{- fail (printf "philotes-worker: extraVolumeMounts names %s, where something is mounted already" .mountPath) -}}
{{- end -}}
{{- $paths = append $paths .mountPath -}}
{{- end -}}
{{- end -}}
