{{/* Ends with a sentence if values contradict one another; renders nothing. */}}
{{- define "philotes-api.checks" -}}
{{- include "philotes-api.globalChecks" . -}}
{{- include "philotes-api.volumeChecks" . -}}
{{- with .Values -}}
{{- if and .serviceMonitor.enabled (not .metrics.enabled) -}}
{{- fail "philotes-api: serviceMonitor.enabled needs metrics.enabled, for there would be nothing to read" -}}
{{- end -}}
{{- if and .networkPolicy.enabled (not .networkPolicy.extraFrom) -}}
{{- if and .ingress.enabled (not .networkPolicy.fromIngress) -}}
{{- fail "philotes-api: ingress.enabled with networkPolicy.enabled needs networkPolicy.fromIngress, the peers of the ingress controller, for the policy would keep it out" -}}
{{- end -}}
{{- if and .serviceMonitor.enabled (not .networkPolicy.fromMetrics) -}}
{{- fail "philotes-api: serviceMonitor.enabled with networkPolicy.enabled needs networkPolicy.fromMetrics, the peers of Prometheus, for the policy would keep it out" -}}
{{- end -}}
{{- if and (ne .service.type "ClusterIP") (not .networkPolicy.fromIngress) -}}
{{- fail (printf "philotes-api: service.type %s with networkPolicy.enabled needs networkPolicy.extraFrom, or fromIngress, the peers that call from outside the cluster, for the policy would keep them out" .service.type) -}}
{{- end -}}
{{- end -}}
{{- if and .autoscaling.enabled (gt (int .autoscaling.minReplicas) (int .autoscaling.maxReplicas)) -}}
{{- fail "philotes-api: autoscaling.minReplicas is above autoscaling.maxReplicas" -}}
{{- end -}}
{{- if and .metrics.enabled (eq (int .service.port) 9090) -}}
{{- fail "philotes-api: service.port may not be 9090, which is the port of the metrics on the same service" -}}
{{- end -}}
{{- end -}}
{{- $taken := list -}}
{{- range include "philotes-api.credentials" . | fromJsonArray -}}
{{- $taken = append $taken .variable -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if has .name $taken -}}
{{- fail (printf "philotes-api: extraEnv names %s, which is there already" .name) -}}
{{- end -}}
{{- $taken = append $taken .name -}}
{{- end -}}
{{- end -}}

{{/*
Beside other charts there may be keys under global that are theirs; alone, one that is not known is
misspelt. (The umbrella philotes looks for these itself.)
*/}}
{{- define "philotes-api.globalChecks" -}}
{{- if .Chart.IsRoot -}}
{{- range keys (default (dict) .Values.global) | sortAlpha -}}
{{- if not (has . (list "environment" "database" "storage")) -}}
{{- fail (printf "philotes-api: global.%s is not known: global holds environment, database and storage" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "philotes-api.volumeChecks" -}}
{{- $volumes := list "tmp" -}}
{{- range .Values.extraVolumes -}}
{{- if has .name $volumes -}}
{{- fail (printf "philotes-api: extraVolumes names %s, which is there already" .name) -}}
{{- end -}}
{{- $volumes = append $volumes .name -}}
{{- end -}}
{{- $paths := list "/tmp" -}}
{{- range .Values.extraVolumeMounts -}}
{{- if not (has .name $volumes) -}}
{{- fail (printf "philotes-api: extraVolumeMounts names %s, which is not among extraVolumes" .name) -}}
{{- end -}}
{{- if has .mountPath $paths -}}
{{- fail (printf "philotes-api: extraVolumeMounts names %s, where something is mounted already" .mountPath) -}}
{{- end -}}
{{- $paths = append $paths .mountPath -}}
{{- end -}}
{{- end -}}
