{{/* Ends with a sentence if values contradict one another; renders nothing. */}}
{{- define "philotes-worker.checks" -}}
{{- if and .Values.autoscaling.enabled .Values.scaledObject.enabled -}}
{{- fail "philotes-worker: autoscaling.enabled and scaledObject.enabled exclude one another, for two scalers would fight over one Deployment" -}}
{{- end -}}
{{- with .Values -}}
{{- if and .networkPolicy.enabled (not .networkPolicy.extraFrom) -}}
{{- if and .metrics.enabled .serviceMonitor.enabled (not .networkPolicy.fromMetrics) -}}
{{- fail "philotes-worker: serviceMonitor.enabled with networkPolicy.enabled needs networkPolicy.fromMetrics, the peers of Prometheus, for the policy would keep it out" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
